"""Tests of real code against a protocol: see `machine.py` for drawn programs, `drive.py` for paths of the model."""
