-- Before the last byte leaves. No row: another worker took this over, and it must not leave. Index: primary key.
update delivery_attempt set state = 'leaving' where delivery_id = $1::uuid and number = $2 and state = 'intended' returning number
