# says: the accuracy on all ten
answer = 6 / 10
