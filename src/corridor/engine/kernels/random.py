"""Counter-based random numbers and monotone inverse transforms.

Every draw is a function of (seed, member, process, day): no state, so the result does not depend on the
order of draws, on the number of processes, or on which other cells exist. Philox4x32-10: Salmon et al.
2011, doi:10.1145/2063384.2063405. Every transform is monotone in the uniform, so a scenario and its
baseline, which share the uniforms, differ no more than they must.
"""

from __future__ import annotations

import math

import numpy as np
from numba import uint32, uint64

from corridor.engine.kernels.cache import kernel

_M0 = uint64(0xD2511F53)
_M1 = uint64(0xCD9E8D57)
_W0 = uint32(0x9E3779B9)
_W1 = uint32(0xBB67AE85)
_LOW = uint64(0xFFFFFFFF)

EXACT_BELOW = 60.0
"""Mean below which binomial and Poisson quantiles are found by exact summation; above it by a
Cornish-Fisher approximation (Johnson, Kemp & Kotz 2005, ch. 3-4) whose error the tests bound."""


@kernel(inline="always")
def philox4x32(c0, c1, c2, c3, k0, k1):
    """Ten rounds of Philox on a 4 x 32-bit counter with a 2 x 32-bit key."""
    for _ in range(10):
        p0 = _M0 * uint64(c0)
        p1 = _M1 * uint64(c2)
        n0 = uint32(p1 >> uint64(32)) ^ uint32(c1) ^ uint32(k0)
        n1 = uint32(p1 & _LOW)
        n2 = uint32(p0 >> uint64(32)) ^ uint32(c3) ^ uint32(k1)
        n3 = uint32(p0 & _LOW)
        c0, c1, c2, c3 = n0, n1, n2, n3
        k0 = uint32(k0 + _W0)
        k1 = uint32(k1 + _W1)
    return c0, c1, c2, c3


@kernel(inline="always")
def uniform_pair(seed, member, process, day):
    """Two independent uniforms on (0, 1) for one (seed, member, process, day)."""
    x0, x1, x2, x3 = philox4x32(
        uint32(day),
        uint32(member),
        uint32(process & _LOW),
        uint32(process >> uint64(32)),
        uint32(seed & _LOW),
        uint32(seed >> uint64(32)),
    )
    u = (np.float64(x0 >> uint32(5)) * 67108864.0 + np.float64(x1 >> uint32(6)) + 0.5) / 9007199254740992.0
    v = (np.float64(x2 >> uint32(5)) * 67108864.0 + np.float64(x3 >> uint32(6)) + 0.5) / 9007199254740992.0
    return u, v


@kernel
def normal_quantile(p):
    """Standard normal quantile; Wichura 1988, AS 241 (PPND16), relative error about 1e-16."""
    q = p - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        return (
            q
            * (((((((2509.0809287301226727 * r + 33430.575583588128105) * r + 67265.770927008700853) * r
                  + 45921.953931549871457) * r + 13731.693765509461125) * r + 1971.5909503065514427) * r
                + 133.14166789178437745) * r + 3.387132872796366608)
            / (((((((5226.495278852545925 * r + 28729.085735721942674) * r + 39307.89580009271061) * r
                  + 21213.794301586595867) * r + 5394.1960214247511077) * r + 687.1870074920579083) * r
                + 42.313330701600911252) * r + 1.0)
        )  # fmt: skip
    r = p if q < 0 else 1.0 - p
    if r <= 0.0:
        return -math.inf if q < 0 else math.inf
    r = math.sqrt(-math.log(r))
    if r <= 5.0:
        r -= 1.6
        x = (
            (((((((7.7454501427834140764e-4 * r + 0.0227238449892691845833) * r + 0.24178072517745061177) * r
                + 1.27045825245236838258) * r + 3.64784832476320460504) * r + 5.7694972214606914055) * r
              + 4.6303378461565452959) * r + 1.42343711074968357734)
            / (((((((1.05075007164441684324e-9 * r + 5.475938084995344946e-4) * r + 0.0151986665636164571966) * r
                  + 0.14810397642748007459) * r + 0.68976733498510000455) * r + 1.6763848301838038494) * r
                + 2.05319162663775882187) * r + 1.0)
        )  # fmt: skip
    else:
        r -= 5.0
        x = (
            (((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r + 0.0012426609473880784386) * r
                + 0.026532189526576123093) * r + 0.29656057182850489123) * r + 1.7848265399172913358) * r
              + 5.4637849111641143699) * r + 6.6579046435011037772)
            / (((((((2.04426310338993978564e-15 * r + 1.4215117583164458887e-7) * r + 1.8463183175100546818e-5) * r
                  + 7.868691311456132591e-4) * r + 0.0148753612908506148525) * r
                + 0.13692988092273580531) * r + 0.59983220655588793769) * r + 1.0)
        )  # fmt: skip
    return -x if q < 0 else x


_INVERSE = 1.0 / np.arange(1.0, 1025.0)
"""1 / (k + 1): the exact sums below end long before k is 1,024."""


@kernel
def log_miss(p):
    """log(1 - p) for p up to one half, log(p) above: what ``binomial_with`` needs of p."""
    if p <= 0.0 or p >= 1.0:
        return 0.0
    return math.log1p(-p) if p <= 0.5 else math.log(p)


@kernel
def binomial_quantile(u, n, p):
    """Smallest k with P(Binomial(n, p) <= k) >= u, for integer ``n``."""
    return binomial_with(u, n, p, log_miss(p))


@kernel
def binomial_with(u, n, p, log_missing):
    """``binomial_quantile`` where ``log_miss(p)`` is known already."""
    if n <= 0 or p <= 0.0:
        return 0
    if p >= 1.0:
        return n
    if p > 0.5:  # sum the short tail; the reflection keeps the transform monotone
        return n - _rarer_side(1.0 - u, n, 1.0 - p, log_missing)
    return _rarer_side(u, n, p, log_missing)


@kernel
def _rarer_side(u, n, p, log_missing):
    mean = n * p
    if u <= 1.0 - mean:  # Bernoulli: (1 - p)^n >= 1 - n p
        return 0
    if mean < EXACT_BELOW:
        odds = p / (1.0 - p)
        mass = math.exp(n * log_missing)
        total = mass
        k = 0
        while total < u and k < n:
            mass *= odds * (n - k) * _INVERSE[k]
            k += 1
            total += mass
            if mass < 1e-18 and k > mean:  # the rest of the tail is below the resolution of u
                break
        return k
    sd = math.sqrt(mean * (1.0 - p))
    z = normal_quantile(u)
    x = mean + sd * z + (1.0 - 2.0 * p) * (z * z - 1.0) / 6.0 + 0.5
    x += z * ((1.0 - 6.0 * p * (1.0 - p)) * (z * z - 3.0) / 24.0
              - (1.0 - 2.0 * p) ** 2 * (2.0 * z * z - 5.0) / 36.0) / sd  # fmt: skip
    return min(max(math.floor(x), 0), n)


@kernel
def poisson_quantile(u, mean):
    """Smallest k with P(Poisson(mean) <= k) >= u."""
    if mean <= 0.0:
        return 0
    if mean < EXACT_BELOW:
        mass = math.exp(-mean)
        total = mass
        k = 0
        while total < u:
            k += 1
            mass *= mean / k
            total += mass
            if mass < 1e-18 and k > mean:
                break
        return k
    sd = math.sqrt(mean)
    z = normal_quantile(u)
    x = mean + sd * z + (z * z - 1.0) / 6.0 + 0.5
    x += z * ((z * z - 3.0) / 24.0 - (2.0 * z * z - 5.0) / 36.0) / sd
    return max(math.floor(x), 0)


@kernel
def gamma_quantile(u, shape):
    """Quantile of a Gamma(shape, 1), shape >= 1, by Wilson & Hilferty (1931), doi:10.1073/pnas.17.12.684.

    Far down the lower tail of a small shape that is much too small (a Student t shock divides by it), so
    the bound P(X <= x) <= x^shape / Gamma(shape + 1) holds it up there: off by 12 % at most below u = 0.999.
    """
    base = 1.0 - 1.0 / (9.0 * shape) + normal_quantile(u) / (3.0 * math.sqrt(shape))
    lowest = math.exp((math.log(u) + math.lgamma(shape + 1.0)) / shape)
    return max(shape * max(base, 0.0) ** 3, lowest)


@kernel
def uniforms(seed, member, processes, days):
    """Uniforms of shape (processes, days, 2), for draws made outside the day loop."""
    out = np.empty((processes.size, days.size, 2))
    for i in range(processes.size):
        for j in range(days.size):
            out[i, j, 0], out[i, j, 1] = uniform_pair(seed, member, processes[i], days[j])
    return out


@kernel
def normal_quantiles(u):
    """``normal_quantile`` of every element of a flat array."""
    out = np.empty(u.size)
    for i in range(u.size):
        out[i] = normal_quantile(u[i])
    return out


@kernel
def gamma_quantiles(u, shape):
    """``gamma_quantile`` of every element of an array."""
    out = np.empty(u.size)
    for i in range(u.size):
        out[i] = gamma_quantile(u[i], shape)
    return out
