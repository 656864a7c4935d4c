// Where the server is and which of its two clients this page is. Both are the server's own applications, with the same ids
// everywhere (`server/src/first_start/portals.rs`).
//
// Deliberately absent: anything that an operator would have to configure. The page comes from the server that it talks to.

export type Portal = "admin" | "my";

/** The server that this page talks to: the one that it came from, or the one named while developing. */
export const server: string = import.meta.env.VITE_SERVER ?? location.origin;

const clients: Record<Portal, string> = {
  admin: import.meta.env.VITE_ADMIN_CLIENT ?? "c0a57e11-a000-4000-8000-000000000c02",
  my: import.meta.env.VITE_MY_CLIENT ?? "c0a57e11-a000-4000-8000-000000000c03",
};

/** Which of the two this page is, by its path. */
export const portal: Portal = location.pathname === "/my" || location.pathname.startsWith("/my/") ? "my" : "admin";

export const clientId: string = clients[portal];

/** The admin center's client, which policies about portals for administrators mean. */
export const adminClientId: string = clients.admin;

/** Where sign-in comes back to. */
export const arrivalPath = `/${portal}/signed-in`;
