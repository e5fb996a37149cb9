-- A delivery that was to see whether its destination is better was not tried after all. Index: the table is small.
update mail_destination set probed_by = null, probed_until = null where probed_by = $1::uuid
