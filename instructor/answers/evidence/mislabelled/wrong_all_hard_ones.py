# says: Row 6 does show a dog
# the labels are right where the photo is hard to see
answer = [4, 6, 7, 8, 13, 16, 19, 20]
