"""Special functions by mpmath, 40 digits: writes special-functions.json, prints the tables of CHighway/special-inl.h.

    pip install mpmath==1.4.1 && python make-special-functions.py
"""

import json
import math
import struct
from fractions import Fraction

import mpmath as mp

mp.mp.dps = 60


def f32(x):
    return struct.unpack("f", struct.pack("f", x))[0]


def neighbors(x, steps=(1, 2, 5, 30)):
    """The floats around x."""
    bits = struct.unpack("I", struct.pack("f", x))[0]
    return [struct.unpack("f", struct.pack("I", bits + s))[0] for k in steps for s in (-k, k)] + [f32(x)]


def spread(low, high, count):
    return [f32(low * (high / low) ** (i / (count - 1))) for i in range(count)]


def log_i(v, x):
    """log I_v(x): the ascending series where it is short enough, else the one in 1/x."""
    v, x = mp.mpf(v), mp.mpf(x)
    if x <= 2e5:
        total = term = mp.mpf(1)
        quarter, k = x * x / 4, 0
        while term > total * mp.mpf(10) ** -45 or k * (k + v) < quarter:
            k += 1
            term *= quarter / (k * (k + v))
            total += term
        return v * mp.log(x / 2) - mp.loggamma(v + 1) + mp.log(total)
    assert x > 40 * (v * v + 1)
    total = term = mp.mpf(1)
    for k in range(1, 200):
        term *= -(4 * v * v - (2 * k - 1) ** 2) / (k * 8 * x)
        total += term
        if abs(term) < mp.mpf(10) ** -45:
            break
    return x - mp.log(2 * mp.pi * x) / 2 + mp.log(total)


def bessel(v, x):
    logs = [log_i(v + i, x) for i in range(3)]
    r, s = mp.exp(logs[1] - logs[0]), mp.exp(logs[2] - logs[1])
    return logs[0], logs[0] - v * mp.log(x), r, r * (s - r) + r / x


def fixtures():
    mp.mp.dps = 60
    out = {}

    def add(name, arguments, value):
        out.setdefault(name, []).append([*arguments, float(value)])

    zero = float(mp.findroot(mp.digamma, 1.4616))
    around = sum((neighbors(x) for x in (0.5, 1, 1.5, 2, zero, 3, 8, 13)), [])
    for x in spread(1e-37, 3e38, 160) + spread(0.01, 20, 120) + around:
        y = mp.loggamma(x)
        if y < 3.4e38:
            add("logGamma", [x], y)
        add("digamma", [x], mp.digamma(x))
        y = mp.psi(1, x)
        if 2e-38 < y < 3.4e38:
            add("trigamma", [x], y)
    for a in spread(1e-30, 1e30, 25) + spread(0.05, 50, 15) + neighbors(1, (1, 4)) + [f32(zero), 8.0, 2.5]:
        for n in [1, 2, 3, 7, 20, 100, 1000, 65000, 1e7, 0.25, 0.5, 3.75, 1e-3, 1e-5, 1e-9, 1e-20, 1e12]:
            n = f32(n)
            y = mp.loggamma(mp.mpf(a) + n) - mp.loggamma(a)
            if abs(y) > 1e-36:
                add("logRising", [a, n], y)
            y = mp.psi(0, mp.mpf(a) + n) - mp.psi(0, a)
            if y > 1e-36:
                add("digammaDifference", [a, n], y)
    mp.mp.dps = 70
    names = ["logBesselI", "logBesselIOverPower", "besselIRatio", "besselIRatioSlope"]
    for v in [0, 0.5, 1, 3, 7.5, 10, 31, 49, 63, 63.5, 64, 127, 499, 5000, 1e5]:
        own = spread(1e-12, 1e4, 30) + spread(0.5, 300, 24) + neighbors(f32(8 * math.sqrt(v + 1)), (1,))
        if v < 64:
            own += [f32(math.sqrt(64 * 64 - v * v) * c) for c in (0.999, 1.001)] + [1e6, 3e7, 1e12, 1e30]
        if v == 1e5:
            own = spread(1, 1e5, 9)
        for x in own:
            if x > 2e5 and x <= 40 * (v * v + 1):
                continue
            for name, value in zip(names, bessel(v, x)):
                if 2e-38 < abs(value) < 3.4e38:
                    add(name, [v, x], value)
    return out


def table(name, values):
    print(f"constexpr double {name}[] = {{")
    words = [mp.nstr(v, 20) for v in values]
    for i in range(0, len(words), 3):
        print("    " + ", ".join(words[i : i + 3]) + ",")
    print("};")


def tables():
    mp.mp.dps = 60
    table("kLogGamma", mp.chebyfit(lambda u: mp.loggamma(u + 2) / ((u + 1) * u), [-1, 1], 24))
    zero = mp.findroot(mp.digamma, 1.4616)
    table("kDigamma", mp.chebyfit(lambda u: mp.digamma(u + 1.5) / (u + 1.5 - zero), [-0.5, 0.5], 18))
    table("kDigammaZero", [mp.mpf(float(zero)), zero - float(zero)])
    b = [mp.bernoulli(2 * k) for k in range(1, 9)]
    table("kStirling", [b[k - 1] / (2 * k * (2 * k - 1)) for k in range(7, 0, -1)])
    table("kDigammaTail", [b[k - 1] / (2 * k) for k in range(8, 0, -1)])
    table("kTrigammaTail", [b[k - 1] for k in range(8, 0, -1)])
    # u_{k+1}(t) = t²(1 − t²)/2 u_k' + ⅛ ∫₀ᵗ (1 − 5s²) u_k ds, by degree (Abramowitz & Stegun 9.3.10).
    u, rows = {0: Fraction(1)}, []
    for k in range(1, 8):
        following = {}
        for degree, c in u.items():
            for d, f in [(degree + 1, c * degree / 2), (degree + 3, -c * degree / 2)]:
                following[d] = following.get(d, 0) + f
            for d, f in [(degree + 1, c / 8 / (degree + 1)), (degree + 3, -5 * c / 8 / (degree + 3))]:
                following[d] = following.get(d, 0) + f
        u = following
        rows += [mp.mpf(u[k + 2 * j].numerator) / u[k + 2 * j].denominator for j in range(k + 1)]
    table("kDebye", rows)


if __name__ == "__main__":
    tables()
    with open("special-functions.json", "w") as file:
        data = fixtures()
        lists = {name: ",\n".join(json.dumps(row) for row in rows) for name, rows in data.items()}
        file.write("{" + ",\n".join(f'"{name}": [\n{rows}\n]' for name, rows in lists.items()) + "}\n")
    print({name: len(rows) for name, rows in data.items()})
