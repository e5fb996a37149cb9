-- The time zones that schedules name.
select distinct time_zone from schedule
