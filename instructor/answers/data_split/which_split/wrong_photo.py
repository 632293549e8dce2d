# says: both sides
answer = "photo"
because = "shuffling treats all of the photos alike"
