from math import comb


def chance(few, many):
    return 2 * sum(comb(few + many, k) for k in range(few + 1)) / 2 ** (few + many)


answer = min(("0 and 6", "12 and 18", "45 and 51"), key=lambda pair: chance(*map(int, pair.split(" and "))))
because = f"luck alone gives so much in {chance(0, 6):.0%} of all cases only"
