answer = "dog"
because = "next year every dog is new, its breed is not"
