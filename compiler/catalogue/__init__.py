"""The catalogue: everything that can be written, as one document that editors, pages and completion are made from."""

from compiler.catalogue.document import VERSION, canonical, catalogue

__all__ = ["VERSION", "canonical", "catalogue"]
