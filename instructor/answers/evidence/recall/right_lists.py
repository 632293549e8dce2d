def answer(confusion):
    shares = []
    for i, row in enumerate(confusion.tolist()):
        images = sum(row)
        shares.append(row[i] / images if images else 0)
    return shares
