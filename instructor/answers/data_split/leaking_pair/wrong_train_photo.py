# says: of another train photo
answer = [40, 22]
