-- What went to a webhook, newest first, each with its tries. Index: webhook_delivery_by_time, primary key.
select coalesce(json_agg(row_to_json(d)), '[]')::text
  from (select d.id, d.seq, d.event, d.state, d.attempts, d.code, d.reason, d.due_at, d.created_at, d.ended_at, d.body::json as body,
               (select coalesce(json_agg(json_build_object('number', a.number, 'state', a.state, 'code', a.code, 'message', a.message, 'answer', a.answer, 'took_ms', a.took_ms, 'at', a.at)
                                         order by a.number), '[]') from webhook_attempt a where a.delivery_id = d.id) as tries
          from webhook_delivery d
         where d.organization_id = $1::uuid and d.webhook_id = $2::uuid and ($3::text is null or d.state = $3)
         order by d.seq desc limit $4::int offset $5::int) d
