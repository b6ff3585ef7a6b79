import forge from 'node-forge';

/** A certificate and its key, as PEM. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

/** Who signs. */
export interface Authority extends Certificate {
  /** Signs for a server, by its host names, or for a client, by its role. */
  sign(name: string): Certificate;
}

/** An authority of the test's own. */
export function authority(name: string): Authority {
  const keys = forge.pki.rsa.generateKeyPair(2048);
  const own = certificate(name, keys.publicKey, [{ name: 'basicConstraints', cA: true }]);
  own.setIssuer(own.subject.attributes);
  own.sign(keys.privateKey, forge.md.sha256.create());
  return {
    ...pem(own, keys.privateKey),
    sign(subject) {
      const pair = forge.pki.rsa.generateKeyPair(2048);
      const signed = certificate(subject, pair.publicKey, [
        { name: 'subjectAltName', altNames: [{ type: 2, value: subject }] },
      ]);
      signed.setIssuer(own.subject.attributes);
      signed.sign(keys.privateKey, forge.md.sha256.create());
      return pem(signed, pair.privateKey);
    },
  };
}

function certificate(name: string, publicKey: forge.pki.PublicKey, extensions: object[]): forge.pki.Certificate {
  const made = forge.pki.createCertificate();
  made.publicKey = publicKey;
  made.serialNumber = forge.util.bytesToHex(`\u0001${forge.random.getBytesSync(8)}`);
  const now = Date.now();
  made.validity.notBefore = new Date(now - 86_400_000);
  made.validity.notAfter = new Date(now + 86_400_000);
  made.setSubject([{ name: 'commonName', value: name }]);
  made.setExtensions(extensions);
  return made;
}

function pem(made: forge.pki.Certificate, key: forge.pki.rsa.PrivateKey): Certificate {
  const [text, keyText] = [forge.pki.certificateToPem(made), forge.pki.privateKeyToPem(key)];
  return { certificate: text.replaceAll('\r', ''), key: keyText.replaceAll('\r', '') };
}
