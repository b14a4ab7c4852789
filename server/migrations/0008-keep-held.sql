-- Once received, an item keeps its digest, its number and its receipt; they cannot be taken away either, which
-- `<>` lets pass, since a comparison with null is no answer. From quarantine it can be released, and that is all.
create or replace function vault.keep_item() returns trigger language plpgsql as $$
begin
  if old.sha256 is not null and (
    new.sha256 is distinct from old.sha256 or new.exhibit is distinct from old.exhibit
    or new.received_at is distinct from old.received_at
    or (new.state <> old.state and not (old.state = 'quarantined' and new.state = 'held'))
    or (old.received_entry is not null and new.received_entry is distinct from old.received_entry)
  ) then
    raise exception 'item % was received: its digest, its number and its receipt cannot change', old.id
      using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
