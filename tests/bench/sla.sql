-- The due times of all unsolved tickets, of which %(due)s were due a minute ago.

set synchronous_commit = off;

insert into private.sla_policies (name, position, targets)
values ('Standard', 1, '{"first_reply": {"urgent": 480, "high": 480, "normal": 480, "low": 480}}');

insert into private.sla_tickets (
    ticket_id, queue_id, seq, terms_id, policy_id, next_due, breached
)
select
    tickets.id, tickets.queue_id, 1, private.current_terms(), policies.id,
    now() + interval '8 hours', false
from public.tickets
cross join private.sla_policies as policies
where tickets.status_category in ('new', 'open', 'pending', 'on_hold');

insert into private.sla_runs (
    ticket_id, metric, run, state, policy_id, priority, queue_id, target_minutes,
    started_at, due_at, sweep_at
)
select
    known.ticket_id, 'first_reply', 1, 'running', known.policy_id, 'normal', known.queue_id,
    480, now(), known.next_due, known.next_due
from private.sla_tickets as known;

update private.sla_runs
set due_at = now() - interval '1 minute', sweep_at = now() - interval '1 minute'
where ticket_id in (select ticket_id from private.sla_runs order by ticket_id limit %(due)s);
