# says: pixels did not mislead here
answer = (238, 76)
