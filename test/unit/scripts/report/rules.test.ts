import { describe, expect, test } from 'vitest';
import { Redactor } from '../../../../scripts/report/redaction/redactor.ts';

const redact = (text: string): string => new Redactor().text(text);

describe('takes out', () => {
  test.each([
    ['an environment variable', 'DB_PASSWORD=c4nary-value', 'DB_PASSWORD='],
    ['one with blanks in it', 'DB_PASSWORD=c4nary value two', 'DB_PASSWORD='],
    ['one among others on a line', 'a b PGPASSWORD=c4nary x=1', 'x=1'],
    ['a field of JSON', '{"user":"bob","password":"c4\\"nary"}', '"user":"bob"'],
    ['JSON within JSON', '{\\"apiKey\\":\\"c4nary\\",\\"b\\":1}', '\\"b\\":1'],
    ['a quote in JSON within JSON', JSON.stringify('{"password":"c4\\"nary","b":1}'), '\\"b\\":1'],
    ['YAML', 'db:\n  password: c4nary with blanks\n  host: x', 'host: x'],
    ['an INI file', 'aws_secret_access_key = c4nary/abc+d', 'aws_secret_access_key'],
    ['XML', '<settings><password>c4nary</password></settings>', '</settings>'],
    ['a query', 'GET /x?user=bob&access_token=c4nary&page=2', 'page=2'],
    ['a header', 'Authorization: Bearer c4nary-abcdef', 'Authorization'],
    [
      'a header on a command line',
      "curl -H 'Authorization: Basic c4nary12' http://h/",
      'http://h/',
    ],
    ['a cookie', 'Cookie: sid=c4nary; theme=c4nary', 'Cookie'],
    ["Docker's own header", 'X-Registry-Auth: c4naryabcd', 'X-Registry-Auth'],
    ['a URL with a password', 'https://bob:c4nary@host:5000/v2/', 'host:5000/v2/'],
    ['a URL with a slash in the password', 'https://bob:c4/nary@host/v2/', 'host/v2/'],
    ['a proxy without a scheme', 'proxy bob:c4nary@proxy:3128 used', 'proxy:3128 used'],
    ['a token as user', 'https://c4nary1234567890abcd@host/x', 'host/x'],
    ['an option', 'app --password c4nary --name x', '--name x'],
    ['an option with =', 'app --registry-token=c4nary --name x', '--name x'],
    ['an option in a list', '["app","--password","c4nary","--name"]', '--name'],
    ['mysql -p', 'mysql -uroot -pc4nary db', 'mysql -uroot -p'],
    ['docker login -p', 'docker login -u bob -p c4nary reg:5000', 'reg:5000'],
    ['curl -u', 'curl -u bob:c4nary https://h/', 'https://h/'],
    ['sshpass', 'sshpass -p c4nary ssh host', 'ssh host'],
    ['skopeo', 'skopeo copy --src-creds bob:c4nary docker://a', 'docker://a'],
    ['netrc', 'machine h login bob password c4nary', 'machine h'],
    ['SQL', "ALTER USER bob IDENTIFIED BY 'c4nary';", 'ALTER USER bob'],
    ['a Go map', 'map[password:c4nary user:bob]', 'user:bob'],
    ['a password hash', 'root:$6$c4narysalt$c4naryhashc4nary:1::', 'root:'],
    ['a hash of htpasswd', 'bob:$apr1$c4nary12$c4naryhashc4naryhash12', 'bob:'],
    ['a hash of LDAP', 'bob:{SHA}c4narYhashc4naryhash12345=', 'bob:'],
    ['a variable of any service', 'ANTHROPIC_KEY=c4nary MODEL=x', 'ANTHROPIC_KEY='],
    ['the same in camel case', '{"stripeKey":"c4nary-9","plan":"x"}', '"plan":"x"'],
    ['one of several', 'UNSEAL_KEY_1=c4nary', 'UNSEAL_KEY_1='],
    ['a name written together', 'DBPASS=c4nary', 'DBPASS='],
    ['credentials in short', 'REGISTRY_CREDS=bob:c4nary', 'REGISTRY_CREDS='],
    ['what Vault prints', 'Unseal Key 1: c4nary/dB0+Zx\nnext', 'Unseal Key 1: '],
    ['what Vault prints as JSON', '{"unseal_keys_b64":["c4nary+1","c4nary/2"],"t":5}', '"t":5'],
    ['a variable of Vault', 'vault_unseal=c4nary', 'vault_unseal='],
    ['a name of two words', 'API key: c4nary99\nnext', 'next'],
    [
      'kubectl create secret',
      "kubectl create secret generic x --from-literal=db=c4nary --from-literal=b='c4 nary' -n ns",
      '-n ns',
    ],
    ['mongosh -p', 'mongosh -u bob -p c4nary db', 'mongosh -u bob -p '],
    ['mongodump -p', 'mongodump -pc4nary --out x', '--out x'],
    ['redis-cli -a', 'redis-cli -h x -a c4nary ping', 'ping'],
    ['sqlcmd -P', 'sqlcmd -S x -P c4nary -Q q', '-Q q'],
    ['ldapsearch -w', 'ldapsearch -D cn=x -w c4nary -b b', '-b b'],
    ['-u and -p of any program', 'tool -u bob -p c4nary-9 run', 'run'],
    ['-p and -u of any program', 'tool -p c4nary-9 -u bob run', 'run'],
    ['psql with a URL', 'psql postgresql://bob:c4nary@h/db', '@h/db'],
    ['psql with settings', 'psql "host=x password=c4nary user=b"', 'user=b'],
    ['a setting of Redis', 'requirepass c4nary', 'requirepass'],
    ['an option of Redis', 'redis-server --requirepass c4nary --port 1', '--port 1'],
    ['a setting of LDAP', 'binddn cn=x\nbindpw c4nary\nssl on', 'ssl on'],
    ['ENV of a Dockerfile', 'ENV DB_PASSWORD c4nary', 'ENV DB_PASSWORD'],
    ['a name and a word on a line', 'sudo_password c4nary1\nnext', 'next'],
    ['a value on the next line', 'a:\n  password: >\n    c4 one\n\n    nary\n  host: x', 'host: x'],
    ["Vault's secret_id", 'secret_id: c4nary', 'secret_id'],
    ['Chinese', '用户：bob，密码：c4nary。重试', '重试'],
    ['Chinese with =', '数据库密码 = "c4nary" 主机', '主机'],
    ['a short token as user', 'https://c4nary@host/x', 'host/x'],
    ["Docker's configuration", '{"auths":{"r":{"auth":"Ym9iOmM0bmFyeQ=="}}}', 'auths'],
    ['SQL with other quotes', 'ALTER USER bob IDENTIFIED BY "c4nary"; next', 'next'],
    [
      "MySQL's plugin",
      "USER bob IDENTIFIED WITH mysql_native_password BY 'c4nary' REQUIRE SSL",
      'REQUIRE SSL',
    ],
    ['a connection string', 'Server=db;Uid=sa;Pwd=c4nary;Database=x', 'Database=x'],
    ['one that ends with it', 'Server=db;Uid=sa;Pwd=c4nary', 'Uid=sa'],
    ['one that begins with it', '"Pwd=c4nary;Server=db"', 'Server=db'],
    ['chpasswd', "echo 'root:c4nary' | chpasswd && id", 'chpasswd && id'],
    ['chpasswd with options', 'printf "root:c4nary\\n" | sudo chpasswd -e', 'sudo chpasswd -e'],
    ['chpasswd with a here string', "chpasswd <<< 'root:c4nary'; id", '; id'],
    [
      'a variable of Kubernetes',
      '{"name":"DB_PASSWORD","value":"c4nary one"},{}',
      '"name":"DB_PASSWORD"',
    ],
    ['the same within JSON', '\\"name\\":\\"DB_TOKEN\\",\\"value\\":\\"c4nary\\"}', 'DB_TOKEN'],
    ['the same turned round', '{"value": "c4nary", "name": "DB_PASSWORD"}', '"DB_PASSWORD"}'],
    ['the same in YAML', '- name: DB_PASSWORD\n  value: c4nary\n- name: X', '- name: X'],
    ['a command line in a log', 'run ["sshpass","-p","c4nary","ssh"] done', '"ssh"] done'],
    ['one with a blank in a word', 'run ["sshpass", "-p", "c4 nary"] done', '"] done'],
    ['one within JSON', '{\\"a\\":[\\"mysql\\",\\"-pc4nary\\",\\"db\\"]}', '\\"db\\"]}'],
    ['mysql in a list', 'exec ["mysql","-pc4nary"] ok', '["mysql","-p[redacted:command-line]"] ok'],
    ['a variable of several lines in a list', '["DB_PASSWORD=c4 x\\nnary","LANG=C"]', '"LANG=C"]'],
    ["a webhook of Slack's", 'https://hooks.slack.com/services/T0/B0/c4naryc4naryc4nary', 'slack'],
    ["a webhook of Discord's", 'https://discord.com/api/webhooks/12/c4nary-c4nary_c4nary', '/12/'],
    ["Telegram's", 'https://api.telegram.org/bot12:c4naryc4nary/getMe', '/getMe'],
    ['a link of trojan', 'trojan://c4nary@host:443?sni=x#name', '@host:443?sni=x#name'],
    ['a link of ss', 'ss://Ym9iOmM0bmFyeTpjNG5hcnk=@host:8388', '@host:8388'],
    ['colours within it', 'PASS\u001b[31mWORD=c4\u001b[0mnary', 'PASSWORD'],
    ['invisible characters within it', 'password=c4\u200bnary', 'password'],
    ['UTF-16', Array.from('password=c4nary').join('\0'), 'password'],
  ])('%s', (_what, text, stays) => {
    const redacted = redact(text);
    expect(redacted).not.toMatch(/c4|nary|Ym9iOmM0/);
    expect(redacted).toContain(stays);
  });

  test.each([
    'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P',
    `ghp_${'a1B2'.repeat(9)}`,
    `github_pat_${'a1B2_'.repeat(9)}`,
    'AKIAIOSFODNN7EXAMPLE',
    `glpat-${'x9Y8'.repeat(5)}`,
    `xoxb-123456789012-${'abCD'.repeat(6)}`,
    `dckr_pat_${'a1B2'.repeat(7)}`,
    `sk_live_${'a1B2'.repeat(6)}`,
    `hvs.${'a1B2'.repeat(8)}`,
    `npm_${'a1B2'.repeat(9)}`,
    `AIza${'a1B2-'.repeat(7)}`,
    `hf_${'a1B2'.repeat(8)}xy`,
    `1234567890:AA${'a1-'.repeat(11)}`,
    `AGE-SECRET-KEY-1${'QPZRY9X8'.repeat(7)}`,
  ])('the token %s wherever it stands', (token) => {
    expect(redact(`found ${token} here`)).toBe('found [redacted:token] here');
    expect(redact(`["${token}"]`)).toBe('["[redacted:token]"]');
  });
});

describe('leaves', () => {
  test.each([
    'password authentication failed for user "bob"',
    'invalid token: unexpected end of input',
    'Basic authentication is used',
    'PWD=/root',
    'SSH_AUTH_SOCK=/run/agent',
    'POSTGRES_PASSWORD_FILE=/run/secrets/db',
    'password: ${DB_PASSWORD}',
    'TOKEN=',
    '"password": null',
    'nginx:1.25@sha256:0123456789abcdef0123456789abcdef',
    'https://registry:5000/library/x@sha256:0123456789abcdef',
    'ssh://git@host/repository',
    'mail to someone@example.com: it works',
    'audit: type=1326 sig=31 arch=c000003e',
    'install python3-jwt:all <none> 2.6.0-1',
    'keyboard: us, monkey: see',
    'mysql -u root --port 3306',
    '172.17.0.2 via 172.17.0.1 dev eth0',
    'sha512-AuL45bVcmssHfZ3Di3cs9Q0l4gBm4ZFVrJOQEE7VpqW+PVgQaEwSwazz4TVIiFabXkk6U51EprYDwqw+HR8ePw==',
    '数据库连接失败：密码错误',
    '密码：请在提示处输入',
    'password required',
    'secret /run/secrets/db1',
    'description: >\n  a long text',
    'PUBLIC_KEY=AAAAC3NzaC1lZDI1',
    'public key: AAAAC3NzaC1lZDI1',
    'monkey=banana123',
    'MONKEY=banana123',
    'KEYMAP=us-intl1',
    'keyboard=us105-intl',
    'primary_key=id_12345',
    '"sortKey":"created_at2"',
    '"key":"net.ipv4.ip_forward"',
    'audit(1700000000.123:45): key="docker9x"',
    'expired_keys:1234567',
    'TLS_KEY=/etc/ssl/private/server2.key',
    'gpgkey=https://download.example/gpg9',
    '256 SHA256:AbCdEf0123456789abcdefghijklmnopqrstuvwxyz0 root@h (ED25519)',
    'The key fingerprint is: SHA256:AbCdEf0123456789',
    'host key: AAAAC3NzaC1lZDI1',
    'Cache key: linux-node20-abcdef12',
    'invalid key: foo_bar_123',
    'BYPASS=abc123',
    'GIT_ASKPASS=/usr/bin/askpass1',
    'docker run -u 1000 -p 8080:80 x',
    'docker run -p 127.0.0.1:8080:80/tcp -u root x',
    'ssh -p 2222 -u bob1',
    'sudo -u bob mkdir -p cache/v2',
    'mongosh --port 27017 host1',
    'redis-cli --askpass ping1',
    'mysql -u root -p mydb',
    'kubectl create configmap x --from-literal=colour=blue99x',
    'ENV PASSWORD_FILE /run/x',
    'hf_transfer_enabled and hf_home_directory_of_models',
    '1700000000:AAbc 12345678:0123456789abcdef0123456789abcdef01234567',
    'cd /srv;PWD=/srv;OLDPWD=/root',
    'pwd=$PWD; cd ..',
    "echo 'root:x9' | cat",
    'identified by its name, "web1"',
    '{"name":"LANG","value":"c4.UTF-8"}',
    '{"name":"TOKEN_FILE","value":"/run/x9"}',
    '- name: PATH\n  value: /usr/bin1',
    '["ssh","-p","2222","host"]',
    '["docker","run","-p","8080:80","img1"]',
    '["sh","-c","mkdir -p x1"]',
    'https://discord.com/api/v10/channels/123456789012345678',
    'https://slack.com/services/T00000000',
    'ss -tlnp; class://x9',
    'https://host/path?q=a@b',
    'https://host/path#a@b',
    'HTTPS_PROXY=http://proxy.example:3128',
    'x HTTPS_PROXY=http://proxy.example:3128 ssh git@host1',
    'NO_PROXY=http://a/b,c?d@e1',
    'reached by proxy https://host/path?q=a1@b',
    'k8s.gcr.io/kube-proxy:v1.28@sha256:0123456789abcdef0123456789abcdef',
    'kube-proxy: node added, mail to bob1@host',
  ])('%s', (text) => {
    expect(redact(text)).toBe(text);
  });
});

test('passwords in lists of words, as processes and containers have them', () => {
  const redactor = new Redactor();
  const value = {
    attached: ['mongosh', '-pc4nary-99', 'db'],
    apart: ['redis-cli', '-a', 'c4nary', 'ping'],
    unseal_keys_hex: ['c4nary'],
    blank: ['sshpass', '-p', 'c4nary two', 'ssh'],
    split: { Path: 'redis-cli', Args: ['-a', 'c4nary'] },
    Config: { Cmd: ['-a', 'c4nary'], Entrypoint: ['redis-cli'], Env: ['DB_PASSWORD=c4\nc4nary'] },
    pod: {
      command: ['mysql'],
      args: ['-pc4nary'],
      env: [{ name: 'DB_PASSWORD', value: 'c4nary' }],
    },
  };
  const redacted = JSON.stringify(redactor.value(value));
  expect(redacted).not.toContain('c4nary');
  expect(redacted).toContain('"db"');
  expect(redacted).toContain('"ping"');
  expect(redacted).toContain('["sshpass","-p","[redacted:command-line]","ssh"]');
  expect(redacted).toContain('"Env":["DB_PASSWORD=[redacted:secret-name]"]');

  const harmless = {
    split: { Path: 'ls', Args: ['-a', 'folder1'] },
    Config: { Cmd: ['-p', '8080:80'], Entrypoint: null, Env: ['TEXT=a\nb1', 'LANG=C'] },
    env: [{ name: 'LANG', value: 'C.UTF-8' }],
    value: 'plain1',
  };
  expect(new Redactor().value(harmless)).toEqual(harmless);
});

describe('a proxy loses its user and password up to the last @', () => {
  const passwords = [
    'c4#nary',
    'c4?nary',
    'c4/nary',
    'c4 nary',
    'c4@nary',
    'c4"nary',
    'c4#/n ?a@ry',
    '12#c4nary',
  ];
  const places: readonly (readonly [string, (url: string) => string])[] = [
    ['a variable', (url) => `LANG=C\nHTTPS_PROXY=${url}\nX=a`],
    ['a variable in small letters', (url) => `export all_proxy=${url}`],
    ['quotes', (url) => `a HTTP_PROXY="${url}" ssh bob@host`],
    ['a unit', (url) => `Environment="HTTPS_PROXY=${url}" "A=b@c"`],
    ['JSON', (url) => JSON.stringify({ 'https-proxy': url, mail: 'bob@host' })],
    ['JSON in JSON', (url) => JSON.stringify(JSON.stringify({ HttpsProxy: url, a: 'b@c' }))],
    ['a list in JSON', (url) => JSON.stringify([`HTTP_PROXY=${url}`, 'A=b@c'])],
    ['a file in JSON', (url) => JSON.stringify({ content: `# x\nHTTP_PROXY="${url}"\nA="b@c"\n` })],
    ['docker info', (url) => ` HTTPS Proxy: ${url}\n Name: x`],
    ["apt's settings", (url) => `Acquire::http::Proxy "${url}";`],
    ['an option', (url) => `curl --proxy "${url}" https://h/`],
    ['a list of words', (url) => JSON.stringify(['curl', '--proxy', url, 'bob@host'])],
  ];
  const cases = places.flatMap(([place, write]) =>
    passwords.map((password) => ({ place, password, write })),
  );

  test.each(cases)('in $place: $password', ({ password, write }) => {
    const redacted = redact(write(`http://alice:${password}@127.0.0.1:3128`));
    expect(redacted).not.toMatch(/alice|c4|nary|n \?a|ry@|bob\[/);
    expect(redacted).toContain('[redacted:url]@127.0.0.1:3128');
    // What comes after the value stays.
    const [, after] = write('<URL>').split('<URL>');
    expect(redacted.endsWith(`3128${after ?? ''}`)).toBe(true);
  });

  test.each(['HTTPS_PROXY', 'http-proxy', 'HttpProxy', 'httpsProxy'])('as a field %s', (name) => {
    for (const password of passwords) {
      const value = { [name]: `http://alice:${password}@127.0.0.1:3128`, list: [`${name}=`] };
      const shown = { [name]: 'http://[redacted:url]@127.0.0.1:3128', list: [`${name}=`] };
      expect(new Redactor().value(value)).toEqual(shown);
    }
    const noProxy = { noProxy: 'http://a/b?c@d1', url: 'https://host/path?q=a@b' };
    expect(new Redactor().value(noProxy)).toEqual(noProxy);
  });

  test('without a scheme, and cut by a blank in the midst of a line', () => {
    expect(redact('HTTPS_PROXY=alice:c4#nary@p:3128')).toBe('HTTPS_PROXY=[redacted:url]@p:3128');
    expect(redact('with HTTPS_PROXY=http://alice:c4 nary@p:3128 bob@x')).toBe(
      'with HTTPS_PROXY=http://[redacted:url]@p:3128 bob@x',
    );
  });

  test('and is known from then on', () => {
    const redactor = new Redactor();
    redactor.text('HTTPS_PROXY=http://alice:c4nary#Zq/9@p:3128');
    expect(redactor.text('sent c4nary#Zq/9 to alice')).toBe(
      'sent [redacted:known-secret] to alice',
    );
  });
});

describe('private keys', () => {
  const body = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj';
  const key = `-----BEGIN PRIVATE KEY-----\n${body}\n${body}\nabcd=\n-----END PRIVATE KEY-----`;

  test.each([
    ['on lines', `before\n${key}\nafter`],
    ['on one line', `before ${key.replaceAll('\n', '\\n')} after`],
    [
      "with a log's prefix on each line",
      `before\n${key.replaceAll(/^/gm, '2026-11-21 app | ')}\nafter`,
    ],
    ['without its beginning', `before\n${key.slice(30)}\nafter`],
  ])('%s', (_what, text) => {
    const redacted = redact(text);
    expect(redacted).not.toContain(body.slice(0, 20));
    expect(redacted).toContain('before');
    expect(redacted).toContain('after');
  });

  test('without its end', () => {
    expect(redact(`before\n${key.slice(0, 120)}`)).toBe('before\n[redacted:private-key]');
  });

  test('a certificate is none', () => {
    const certificate = key.replaceAll('PRIVATE KEY', 'CERTIFICATE');
    expect(redact(certificate)).toBe(certificate);
  });
});
