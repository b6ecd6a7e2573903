export { type GuestImageOptions, guestImage } from './image.ts';
