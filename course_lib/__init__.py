"""The course's library: an image goes in, a label comes out, and the evidence with it."""

from .tolerance import expect

__version__ = "0.1.0"
__all__ = ["expect"]
