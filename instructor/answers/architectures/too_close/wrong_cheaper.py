# says: 4 images fewer right
answer = "B is better"
because = "it needs far fewer MFLOPs for an image"
