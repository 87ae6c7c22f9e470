"""The parts of `make_americas.py`: tables of the shipped corridor from published counts and stated assumptions."""
