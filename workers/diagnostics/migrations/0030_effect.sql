-- The marks that runs of diagnostic.effect leave: two for one run would mean that an effect was applied twice.
create table diagnostic_effect (
    run_id uuid not null,
    epoch  int not null,
    at     timestamptz not null
);
