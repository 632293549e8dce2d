# says: another form than the one asked for
answer = ["cat", "dog", "panda"]
