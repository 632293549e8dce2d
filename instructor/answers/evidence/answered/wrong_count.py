# says: Of how many?
answer = 3
