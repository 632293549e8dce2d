# says: not attempted yet
def answer(sizes, way):
    print(sum(sizes.values()))
