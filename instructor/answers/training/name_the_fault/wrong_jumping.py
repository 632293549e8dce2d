# says: up and down
answer = "jumping"
because = "from 98 % to 71 % is a jump"
