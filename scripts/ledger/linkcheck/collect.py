"""Every address outside the site that a reader can be led to, each once, with the places where it stands."""

from __future__ import annotations
