# says: keep left says keep right
answer = {"hflip", "small shift", "other light"}
because = "as with photos of animals, mirrors are safe"
