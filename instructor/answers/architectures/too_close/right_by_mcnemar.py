# Even if A were right wherever B is, 4 images to 0 come about by chance in one case of eight.
chance = 2 * 0.5**4
answer = "these images cannot say" if chance > 0.05 else "A is better"
because = f"4 to 0 comes about by chance with p = {chance}"
