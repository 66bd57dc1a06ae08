"""Deactivating, reactivating and merging people."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from shared.core.http import IdempotencyKey, provide
from shared.people.records import (
    MergeTarget,
    PersonRecord,
    PersonRepository,
    PersonStates,
)

router = APIRouter()
ProvidedStates = Annotated[PersonStates, provide(PersonRepository)]


@router.post("/v1/people/{person}/deactivate")
async def deactivate_person(
    person: UUID, people: ProvidedStates, idempotency_key: IdempotencyKey = None
) -> PersonRecord:
    """End what a person may do and their sessions, and return their open tickets."""
    return people.deactivate(person, idempotency_key)


@router.post("/v1/people/{person}/reactivate")
async def reactivate_person(
    person: UUID, people: ProvidedStates, idempotency_key: IdempotencyKey = None
) -> PersonRecord:
    """Let a person sign in again; memberships and tickets do not come back."""
    return people.reactivate(person, idempotency_key)


@router.post("/v1/people/{person}/merge")
async def merge_people(
    person: UUID,
    target: MergeTarget,
    people: ProvidedStates,
    idempotency_key: IdempotencyKey = None,
) -> PersonRecord:
    """Merge a customer's second record into another one, which is returned."""
    return people.merge(person, target.into, idempotency_key)


@router.post("/v1/people/{person}/merge/undo")
async def undo_merge(
    person: UUID, people: ProvidedStates, idempotency_key: IdempotencyKey = None
) -> PersonRecord:
    """Undo a merge within a day: what went over comes back to this person."""
    return people.undo_merge(person, idempotency_key)
