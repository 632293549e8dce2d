# says: another form
answer = ("critter-00002", "critter-00013")
