"""Numba kernels over plain contiguous arrays; nothing here knows a noun."""
