"""The record is kept live by other programs: they push rows, or a file of them is imported.

``rows`` says what a row may be, ``writing`` makes the database say the same, ``batches`` takes many.
"""
