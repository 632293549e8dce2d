# says: nobody could name it
answer = "breed"
because = "so that test has something really new"
