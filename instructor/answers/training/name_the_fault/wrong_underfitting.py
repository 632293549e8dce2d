# says: train would be poor as well
answer = "underfitting"
because = "71 % is poor for three kinds of animals"
