answer = {19, 8, 4}
