answer = {"small shift", "other light"}
because = "The camera stands elsewhere or the sun is gone, and the sign still says the same."
