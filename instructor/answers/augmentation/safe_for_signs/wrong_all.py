# says: keep left says keep right
answer = {"hflip", "vflip", "half turn", "small shift", "other light", "other hue"}
because = "more augmentation is better augmentation"
