"""What of protected records an edition may tell, and how the rest is withheld and committed to.

The rule and its proof: docs/decisions/0013-protection.md.
"""
