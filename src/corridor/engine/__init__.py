"""Declared levers, compiled arrays and their kernels."""
