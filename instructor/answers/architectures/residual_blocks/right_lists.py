def answer(x, weights):
    rows = x.tolist()
    for w in weights.tolist():
        for number, row in enumerate(rows):
            changes = [sum(value * w[i][j] for i, value in enumerate(row)) for j in range(len(row))]
            rows[number] = [value + max(0.0, changes[j]) for j, value in enumerate(row)]
    return rows
