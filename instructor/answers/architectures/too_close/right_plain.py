answer = "these images cannot say"
because = "the intervals of the two overlap almost entirely"
