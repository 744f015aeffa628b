"""Benchmarks: each figure beside the bare part it is made of, measured in the same run.

They make their own texts and keep their state in a folder that is thrown away.
"""
