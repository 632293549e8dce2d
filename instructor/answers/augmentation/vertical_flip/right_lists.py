def answer(images):
    return [[rows[::-1] for rows in image] for image in images.tolist()]
