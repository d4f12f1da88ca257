int csimdjson_stub(void);
