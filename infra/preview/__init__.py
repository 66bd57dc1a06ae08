"""A desk of its own for each pull request: a stack over a Supabase preview branch."""

from .branch import NoBranch, branch_variables, own_places, stack_of

__all__ = ["NoBranch", "branch_variables", "own_places", "stack_of"]
