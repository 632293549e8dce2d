# says: another form than the one asked for
answer = ("critter-00001", "critter-00002")
