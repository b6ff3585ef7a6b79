declare module 'pgpass' {
  export default function pgpass(
    connection: { readonly host: string; readonly port: number; readonly user: string; readonly database: string },
    callback: (password: string | undefined) => void,
  ): void;
}
