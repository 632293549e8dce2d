# says: 27 points
answer = "no fault"
because = "new photos are always a little harder"
